# SPDX-License-Identifier: Apache-2.0
"""The addresses of consumer protection."""

from django.urls import path

from shangheng.services.consumer import endpoints, views

urlpatterns = [
    path("consumer/rights/", views.rights, name="rights"),
    path("consumer/shop/", views.shop, name="shop"),
    path("consumer/desk/<str:number>/", views.desk, name="desk"),
    path("consumer/desk/<str:number>/referral.zip", views.referral, name="referral"),
    path("consumer/outliers/", views.outliers, name="outliers"),
    path("consumer/stations/", views.stations, name="stations"),
    path("consumer/stations/claims", endpoints.claims, name="station-claims"),
    path("consumer/guarantees/", views.guarantee_list, name="guarantees"),
    path("consumer/keeping/", views.keeping, name="keeping"),
]
